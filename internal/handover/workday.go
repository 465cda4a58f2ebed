package handover

import "time"

// nextWorkday is the next day from Monday to Friday that is no public holiday of
// France, at midnight in UTC. Holidays of one department alone are not known.
func nextWorkday(day time.Time) time.Time {
	day = day.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || isHoliday(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// isHoliday knows the days of article L3133-1 of the Code du travail.
func isHoliday(day time.Time) bool {
	switch day.Format("01-02") {
	case "01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25":
		return true
	}
	switch day.Sub(easter(day.Year())) {
	case 1 * 24 * time.Hour, 39 * 24 * time.Hour, 50 * 24 * time.Hour: // Monday, Ascension, Whit Monday
		return true
	}
	return false
}

// easter is Easter Sunday, by the Gregorian computus of Meeus ("Astronomical
// Algorithms", chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
