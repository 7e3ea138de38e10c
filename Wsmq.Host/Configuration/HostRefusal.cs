namespace Wsmq.Host.Configuration;

/// <summary>The host cannot start as it is configured. The message is for whoever configured it; no stack trace is shown.</summary>
internal sealed class HostRefusal(string message, Exception? inner = null) : Exception(message, inner);
