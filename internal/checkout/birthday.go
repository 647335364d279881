package checkout

import "time"

// nearBirthday is the birthday that is at most a week away, before or after; zero where none is. Who was born on
// 29 February has it on 1 March where there is none.
func nearBirthday(month, day int, now time.Time) time.Time {
	const week = 7
	if month == 0 {
		return time.Time{}
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for year := now.Year() - 1; year <= now.Year()+1; year++ {
		at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, now.Location())
		if !at.Before(today.AddDate(0, 0, -week)) && !at.After(today.AddDate(0, 0, week)) {
			return at
		}
	}
	return time.Time{}
}

// birthday reads "YYYY-MM-DD" or "--MM-DD"; zero where there is none.
func birthday(text string) (month, day int) {
	if len(text) < 5 {
		return 0, 0
	}
	at, err := time.Parse("01-02", text[len(text)-5:])
	if err != nil {
		return 0, 0
	}
	return int(at.Month()), at.Day()
}
