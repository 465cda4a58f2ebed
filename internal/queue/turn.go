package queue

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Due reports whether a repository that was last tried at tried is to be audited
// again at now. Each repository has its own moment in the period, found from its
// name, so that a portfolio is spread over the day and every machine agrees. One
// never tried is due at once; a clock that went backwards delays nobody by more
// than one period.
func Due(job Job, every time.Duration, tried, now time.Time) bool {
	if tried.IsZero() || tried.After(now.Add(every)) {
		return true
	}
	return tried.Before(turn(job, every, now))
}

// Next returns when the repository's next turn comes, after now.
func Next(job Job, every time.Duration, now time.Time) time.Time {
	return turn(job, every, now).Add(every)
}

// turn returns the last moment, not after now, at which it was the repository's
// turn. It is a whole second, as the time of an audit is: one made within the
// second in which its turn came would else seem to have been made before.
func turn(job Job, every time.Duration, now time.Time) time.Time {
	name := sha256.Sum256([]byte(job.Challenge + "\x00" + job.Repository))
	offset := time.Duration(binary.BigEndian.Uint64(name[:]) % uint64(every)).Truncate(time.Second)
	return now.Add(-offset).Truncate(every).Add(offset)
}
