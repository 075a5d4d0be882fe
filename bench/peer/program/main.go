// The peer, Karpenter's own scheduler, asked for plans: scenarios come as JSON values on standard input, one after the
// other, and each is answered by one line of JSON on standard output, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := answerAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerAll(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		// A value of its own each time: the decoder would leave what an earlier scenario said in fields that this one does not have.
		var scenario Scenario
		err := decoder.Decode(&scenario)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a scenario: %w", err)
		}
		if err := encoder.Encode(answer(&scenario)); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}

// Failure is the answer to a scenario that the scheduler could not be asked.
type Failure struct {
	Error string `json:"error"`
}

// answer turns a panic of the scheduler into a Failure, so that the scenarios behind it are answered all the same.
func answer(scenario *Scenario) (answer any) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = Failure{Error: fmt.Sprintf("the scheduler panicked: %v", cause)}
		}
	}()
	plan, err := solve(scenario)
	if err != nil {
		return Failure{Error: err.Error()}
	}
	return plan
}
