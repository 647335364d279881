package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// NewObserver makes what Frame.Observe wants: a histogram of answers by route and status, registered with the registry.
func NewObserver(registry prometheus.Registerer) func(route string, status int, took time.Duration) {
	answers := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "verno_http_request_seconds",
		Help:    "Time to answer a request, by route and status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "status"})
	registry.MustRegister(answers)
	return func(route string, status int, took time.Duration) {
		answers.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}
