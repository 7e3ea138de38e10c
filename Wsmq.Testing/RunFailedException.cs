namespace Wsmq.Testing;

/// <summary>The run cannot continue. The message states what to do; a stack trace would not help.</summary>
public sealed class RunFailedException(string message, Exception? inner = null) : Exception(message, inner);
