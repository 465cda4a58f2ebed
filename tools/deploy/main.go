// Command deploy reads what deploy/ holds with the libraries of the programs that
// will: Helm's engine and the types of Kubernetes for the chart, Compose's loader
// for compose.yaml. It lies in a module of its own, because perenne needs none of
// them. The tests in deploy/ run it:
//
//	go run . chart CHART VALUES     prints the objects as a JSON array
//	go run . compose FILE NAME=VALUE...     prints the project as JSON
//
// What is wrong goes to standard error, and the exit code is 1.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var found any
	var err error
	switch {
	case len(args) == 3 && args[0] == "chart":
		found, err = readChart(args[1], args[2])
	case len(args) >= 2 && args[0] == "compose":
		found, err = readCompose(ctx, args[1], args[2:])
	default:
		err = fmt.Errorf("usage: deploy chart CHART VALUES | deploy compose FILE NAME=VALUE")
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}
