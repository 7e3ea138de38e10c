namespace Wsmq.Testing;

/// <summary>A run cannot go on; the text says what to do, and no stack trace helps.</summary>
public sealed class RunFailedException(string message, Exception? inner = null) : Exception(message, inner);
