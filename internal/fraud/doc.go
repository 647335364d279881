// Package fraud says what facts look like theft. It decides nothing: whoever asks refuses, steps up or has a person look.
package fraud
