namespace Wsmq.Faults;

/// <summary>A run cannot go on; the text says what to do, and no stack trace helps.</summary>
internal sealed class FaultsFailure(string message, Exception? inner = null) : Exception(message, inner);
