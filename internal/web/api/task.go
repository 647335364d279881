package api

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
)

// Task is something that a person must look at, such as a debt that an offline sale left.
type Task struct {
	ID        verno.TaskID  `json:"id"`
	Kind      string        `json:"kind"`
	Owner     verno.OwnerID `json:"owner_id,omitzero"`
	Ref       string        `json:"ref,omitempty" doc:"The identifier of what it is about."`
	Detail    string        `json:"detail,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	DoneAt    time.Time     `json:"done_at,omitzero"`
	DoneBy    string        `json:"done_by,omitempty"`
}

func (a *API) taskRoutes() {
	handle(a, operation{route: "GET /tasks", id: "list-tasks", tag: "feed", summary: "List what a person must look at"}, a.listTasks)
	handle(a, operation{route: "POST /tasks/{id}/done", id: "end-task", tag: "feed", summary: "Say that somebody has looked", codes: []string{"not_found", "task_done"}}, a.endTask)
}

type tasksRequest struct {
	Done bool `query:"done" doc:"Those that are done too."`
	Paging
}

const cursorTasks = 't'

func (a *API) listTasks(ctx context.Context, c *call, in *tasksRequest) (*List[Task], error) {
	at := c.list(cursorTasks, strconv.FormatBool(in.Done))
	after, err := fromCursor[verno.TaskID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Members.Tasks(ctx, c.actor, in.Done, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(t *verno.Task) verno.TaskID { return t.ID }, showTask), nil
}

type taskRequest struct {
	ID verno.TaskID `path:"id"`
}

func (a *API) endTask(ctx context.Context, c *call, in *taskRequest) (*Task, error) {
	t, err := a.Members.EndTask(ctx, c.actor, c.now, in.ID)
	if err != nil {
		return nil, err
	}
	shown := showTask(&t)
	return &shown, nil
}

func showTask(t *verno.Task) Task { return Task(*t) }
