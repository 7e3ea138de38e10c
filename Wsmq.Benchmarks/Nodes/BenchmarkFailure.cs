namespace Wsmq.Benchmarks.Nodes;

/// <summary>A run cannot go on; the text says what to do, and no stack trace helps.</summary>
internal sealed class BenchmarkFailure(string message, Exception? inner = null) : Exception(message, inner);
