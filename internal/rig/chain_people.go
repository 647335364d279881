package rig

import (
	"fmt"
	"math/rand/v2"

	"github.com/verno-loyalty/verno/internal/vault"
)

// Names of people that are not, put together by chance. A Russian surname follows its bearer.
var (
	womenRU = []string{"Анна", "Мария", "Ольга", "Екатерина", "Александра", "Наталья", "Елена", "Татьяна", "Ирина", "Светлана", "Юлия", "Дарья", "Алина", "Полина", "Вера", "Ксения", "Гульнара", "Людмила", "Валентина", "Софья"}
	menRU   = []string{"Дмитрий", "Сергей", "Иван", "Алексей", "Тимур", "Андрей", "Михаил", "Никита", "Павел", "Артём", "Владимир", "Рустам", "Георгий", "Константин", "Фёдор", "Пётр"}
	houseRU = []string{"Коваленко", "Белых", "Шевчук", "Ким", "Живаго", "Черных", "Гончарук", "Мирза", "Долгих", "Саркисян"}
	familRU = []string{"Иванов", "Смирнов", "Кузнецов", "Попов", "Соколов", "Лебедев", "Новиков", "Морозов", "Волков", "Павлов", "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв", "Фёдоров", "Михайлов", "Беляев", "Тарасов", "Белов", "Комаров", "Орлов", "Киселёв", "Макаров", "Андреев", "Ковалёв", "Ильин", "Гусев", "Титов", "Кузьмин", "Баранов", "Куликов", "Алексеев", "Степанов", "Яковлев", "Сорокин", "Гаврилов", "Зайцев", "Ершов", "Никитин"}
	givenEN = [2][]string{
		{"Anna", "Mary", "Olivia", "Catherine", "Alexandra", "Natalie", "Helen", "Grace", "Irene", "Julia", "Daisy", "Alice", "Pauline", "Vera", "Sophie", "Emma"},
		{"Daniel", "Samuel", "John", "Alex", "Timothy", "Andrew", "Michael", "Nicholas", "Paul", "Arthur", "George", "Peter", "Henry", "Oscar"},
	}
	familEN = []string{"Baker", "Whitfield", "Doyle", "Marsh", "Kim", "Harrington", "Blackwood", "Ford", "Hughes", "Ellis", "Walsh", "Porter", "Reed", "Sharma", "Bennett", "Cole", "Fisher", "Hayes", "Lambert", "Nolan", "Price", "Quinn", "Rowe", "Stone", "Turner", "Usher", "Vance", "Ward", "York", "Montgomery-Smythe"}
)

// somebody makes up a person. The number tells phones apart: no two have one.
func somebody(draw *rand.Rand, language string, number int) vault.Person {
	man := draw.IntN(100) < 38
	p := vault.Person{Phone: fmt.Sprintf("+7900%07d", 1_000_000+number*37), Gender: "female"}
	if man {
		p.Gender = "male"
	}
	if language == "ru" {
		p.FirstName, p.LastName = pick(draw, womenRU), pick(draw, familRU)+"а"
		if man {
			p.FirstName, p.LastName = pick(draw, menRU), pick(draw, familRU)
		}
		if draw.IntN(9) == 0 {
			p.LastName = pick(draw, houseRU)
		}
	} else {
		p.LastName = pick(draw, familEN)
		p.FirstName = pick(draw, givenEN[0])
		if man {
			p.FirstName = pick(draw, givenEN[1])
		}
	}
	if draw.IntN(100) < 55 {
		p.Birthday = fmt.Sprintf("%04d-%02d-%02d", 1955+draw.IntN(52), 1+draw.IntN(12), 1+draw.IntN(28))
	}
	if draw.IntN(100) < 25 {
		p.Email = fmt.Sprintf("guest%d@example.org", number)
	}
	return p
}

// staffName is how somebody who works there is called.
func staffName(draw *rand.Rand, language string) string {
	p := somebody(draw, language, 0)
	return p.FirstName + " " + p.LastName
}

func pick[T any](draw *rand.Rand, list []T) T { return list[draw.IntN(len(list))] }

// among draws an index by its weight.
func among(draw *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := draw.IntN(max(sum, 1))
	for i, w := range weights {
		if at < w {
			return i
		}
		at -= w
	}
	return len(weights) - 1
}
