package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Chain is the small chain of the demo, seen from outside: everything about it goes through the API.
type Chain struct {
	Owner    *Client // may do all
	Tills    []till
	Goods    []goods
	Guests   []guest
	Language string
	draw     *rand.Rand
}

type till struct {
	*Client
	shop string
	next int // receipt number
}

type guest struct {
	id    string
	phone string
}

type goods struct {
	sku, category string
	ru, en        string
	price         int64
	weighed       bool
}

// shelves are what the demo's cafés sell.
var shelves = []goods{
	{"1001", "coffee/hot", "Капучино 300 мл", "Cappuccino 300 ml", 24000, false},
	{"1002", "coffee/hot", "Американо 250 мл", "Americano 250 ml", 18000, false},
	{"1003", "coffee/hot", "Раф ванильный 350 мл", "Vanilla raf 350 ml", 32000, false},
	{"1004", "coffee/cold", "Колд брю 300 мл", "Cold brew 300 ml", 29000, false},
	{"2001", "bakery", "Круассан с миндалём", "Almond croissant", 21000, false},
	{"2002", "bakery", "Булочка с корицей", "Cinnamon roll", 16000, false},
	{"2003", "bakery", "Хлеб ржаной на закваске", "Sourdough rye bread", 19000, false},
	{"3001", "kitchen", "Сырники со сметаной", "Cheese pancakes with sour cream", 34000, false},
	{"3002", "kitchen", "Суп дня", "Soup of the day", 29000, false},
	{"3003", "kitchen", "Боул с лососем", "Salmon bowl", 59000, false},
	{"4001", "beans", "Кофе в зёрнах «Эфиопия»", "Coffee beans, Ethiopia", 320000, true},
	{"4002", "beans", "Кофе в зёрнах «Бразилия»", "Coffee beans, Brazil", 260000, true},
}

// offers are the demo's promotions beside the points that every programme begins with.
func offers(ru bool) []map[string]any {
	name := func(russian, english string) string {
		if ru {
			return russian
		}
		return english
	}
	return []map[string]any{
		{
			"name": name("Утренний кофе −20 %", "Morning coffee −20%"), "type": "percent_discount", "active": true, "priority": 20,
			"goods": map[string]any{"categories": []string{"coffee"}}, "settings": map[string]any{"percent": "20"},
			"schedule": map[string]any{"hours": []map[string]string{{"from": "08:00", "until": "10:00"}}},
		},
		{
			"name": name("Третья булочка в подарок", "Third bun free"), "type": "buy_n_get_cheapest", "active": true, "priority": 10,
			"goods": map[string]any{"categories": []string{"bakery"}}, "settings": map[string]any{"buy": 2, "get": 1},
		},
		{
			"name": name("Двойные баллы за зёрна", "Double points on beans"), "type": "points_multiplier", "active": true,
			"goods": map[string]any{"categories": []string{"beans"}}, "settings": map[string]any{"times": 2},
		},
		{
			"name": name("100 баллов за знакомство", "100 points to begin with"), "type": "welcome_bonus", "active": true,
			"settings": map[string]any{"points": 100, "until_first": true},
		},
	}
}

// OpenChain sets the demo's chain up through the API: promotions, stores, tills.
func OpenChain(ctx context.Context, owner *Client, programme, language string, shops []string, seed uint64) (*Chain, error) {
	c := &Chain{Owner: owner, Goods: shelves, Language: language, draw: rand.New(rand.NewPCG(seed, 2026))}
	for _, offer := range offers(language == "ru") {
		if err := owner.Call(ctx, http.MethodPost, "/api/v1/programmes/"+programme+"/promotions", "", offer, nil); err != nil {
			return nil, fmt.Errorf("promotion %v: %w", offer["name"], err)
		}
	}
	if err := publish(ctx, owner, programme); err != nil {
		return nil, err
	}
	for i, name := range shops {
		var shop, terminal struct {
			ID string `json:"id"`
		}
		err := owner.Call(ctx, http.MethodPost, "/api/v1/stores", "", map[string]any{
			"programme_id": programme, "name": name, "time_zone": "Europe/Moscow", "external_id": "shop-" + strconv.Itoa(i+1),
		}, &shop)
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", name, err)
		}
		err = owner.Call(ctx, http.MethodPost, "/api/v1/terminals", "", map[string]any{"store_id": shop.ID, "name": "1"}, &terminal)
		if err != nil {
			return nil, fmt.Errorf("terminal: %w", err)
		}
		token, err := pair(ctx, owner, terminal.ID)
		if err != nil {
			return nil, err
		}
		c.Tills = append(c.Tills, till{Client: owner.As(token), shop: name})
	}
	return c, nil
}

// publish puts a programme's drafts into force.
func publish(ctx context.Context, owner *Client, programme string) error {
	var draft struct {
		Revision int64 `json:"revision"`
	}
	if err := owner.Call(ctx, http.MethodGet, "/api/v1/programmes/"+programme, "", nil, &draft); err != nil {
		return err
	}
	return owner.CallIf(ctx, http.MethodPost, "/api/v1/programmes/"+programme+"/publish", strconv.FormatInt(draft.Revision, 10), map[string]any{}, nil)
}

// pair pairs a till with the code that the owner reads out.
func pair(ctx context.Context, owner *Client, terminal string) (string, error) {
	var code struct {
		Code string `json:"code"`
	}
	if err := owner.Call(ctx, http.MethodPost, "/api/v1/terminals/"+terminal+"/pairing_code", "", map[string]any{}, &code); err != nil {
		return "", fmt.Errorf("pairing code: %w", err)
	}
	var paired struct {
		Token string `json:"token"`
	}
	err := owner.As("").Call(ctx, http.MethodPost, "/api/v1/terminals/pair", "", map[string]any{"code": code.Code}, &paired)
	return paired.Token, err
}

// Enrol adds guests with made-up names and phones.
func (c *Chain) Enrol(ctx context.Context, n int, say func(string, int, int)) error {
	first, last := namesRU, surnamesRU
	if c.Language != "ru" {
		first, last = namesEN, surnamesEN
	}
	for i := range n {
		g := guest{phone: fmt.Sprintf("+7900%07d", 1_000_000+i*37)}
		var made struct {
			Member struct {
				ID string `json:"id"`
			} `json:"member"`
		}
		err := c.Owner.Call(ctx, http.MethodPost, "/api/v1/members", "demo-guest-"+strconv.Itoa(i), map[string]any{
			"phone": g.phone, "first_name": first[c.draw.IntN(len(first))], "last_name": last[c.draw.IntN(len(last))], "issue_card": true,
		}, &made)
		if err != nil {
			return fmt.Errorf("enrol: %w", err)
		}
		g.id = made.Member.ID
		c.Guests = append(c.Guests, g)
		if (i+1)%25 == 0 || i+1 == n {
			say("guests", i+1, n)
		}
	}
	return nil
}

// Day is what a day of trade came to.
type Day struct {
	Sales, Anonymous, Returns int
	Gross, Discount, Payable  int64
	Earned, Spent             int64
	LastReceipt, LastMember   string
	Took                      time.Duration
}

// Trade sells for a day: so many sales over all tills, some of them to nobody known, some paid in part with points, and
// a few goods that come back.
func (c *Chain) Trade(ctx context.Context, sales int, say func(string, int, int)) (Day, error) {
	var d Day
	for i := range sales {
		if err := c.sell(ctx, &d, i); err != nil {
			return d, err
		}
		if (i+1)%25 == 0 || i+1 == sales {
			say("sales", i+1, sales)
		}
	}
	return d, nil
}

func (c *Chain) sell(ctx context.Context, d *Day, i int) error {
	at := &c.Tills[c.draw.IntN(len(c.Tills))]
	body := saleBody{Currency: "RUB", Lines: c.basket()}
	g := guest{}
	if c.draw.IntN(5) > 0 {
		g = c.Guests[c.draw.IntN(len(c.Guests))]
		var who identified
		if err := c.Owner.As(at.Token).Call(ctx, http.MethodPost, "/api/v1/identifications", "", map[string]any{"scan": g.phone}, &who); err != nil {
			return fmt.Errorf("identify: %w", err)
		}
		body.Presence = who.Presence
		if who.Member.Spendable >= 50 && c.draw.IntN(3) == 0 {
			body.Spend = 50
		}
	}
	var q quoted
	if err := at.Call(ctx, http.MethodPost, "/api/v1/checkouts/quote", "", body, &q); err != nil {
		return fmt.Errorf("quote: %w", err)
	}
	at.next++
	body.Totals, body.Number, body.Shift = &q.Totals.totals, strconv.Itoa(at.next), "1"
	body.Tenders = []tender{{[]string{"cash", "card", "card"}[c.draw.IntN(3)], q.Totals.Payable}}
	key := fmt.Sprintf("demo-sale-%d", i)
	var r receiptAnswer
	if err := at.Call(ctx, http.MethodPost, "/api/v1/checkouts/"+key+"/commit", key, body, &r); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.Sales++
	if g.id == "" {
		d.Anonymous++
	} else {
		d.LastMember = g.id
	}
	d.Gross += r.Totals.Gross.Amount
	d.Discount += r.Totals.Discount.Amount
	d.Payable += r.Totals.Payable.Amount
	d.Earned += r.Totals.Earn
	d.Spent += r.Totals.Points
	d.LastReceipt = r.ID
	if c.draw.IntN(25) > 0 {
		return nil
	}
	d.Returns++
	line := r.Lines[c.draw.IntN(len(r.Lines))]
	return at.Call(ctx, http.MethodPost, "/api/v1/receipts/"+r.ID+"/returns", key+"-back", map[string]any{
		"lines": []map[string]string{{"line_id": line.ID, "quantity": line.Quantity}},
	}, nil)
}

func (c *Chain) basket() []goodsLine {
	var lines []goodsLine
	for i := range 1 + c.draw.IntN(4) {
		g := c.Goods[c.draw.IntN(len(c.Goods))]
		l := goodsLine{ID: strconv.Itoa(i + 1), SKU: g.sku, Name: g.en, Category: g.category, Quantity: "1", Price: rubles(g.price), VAT: "20"}
		if c.Language == "ru" {
			l.Name = g.ru
		}
		switch {
		case g.weighed:
			l.Quantity = fmt.Sprintf("0.%d", 150+c.draw.IntN(700))
		case c.draw.IntN(4) == 0:
			l.Quantity = strconv.Itoa(2 + c.draw.IntN(2))
		}
		lines = append(lines, l)
	}
	return lines
}

var (
	namesRU    = []string{"Анна", "Мария", "Ольга", "Екатерина", "Александра", "Дмитрий", "Сергей", "Иван", "Алексей", "Тимур"}
	surnamesRU = []string{"Коваленко", "Белых", "Дурново", "Шевчук", "Ким", "Живаго", "Черных", "Гарина-Михайловская"}
	namesEN    = []string{"Anna", "Mary", "Olga", "Catherine", "Alexandra", "Daniel", "Samuel", "John", "Alex", "Timothy"}
	surnamesEN = []string{"Baker", "Whitfield", "Doyle", "Marsh", "Kim", "Harrington", "Blackwood", "Montgomery-Smythe"}
)
