namespace RsmqBridge;

/// <summary>Log messages. None has the content of a message.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Bridging the RSMQ queue {Queue} to {To}")]
    public static partial void Bridging(this ILogger logger, string queue, string to);

    [LoggerMessage(2, LogLevel.Warning, "{Count} messages of {Queue} cannot be stored now and are visible again in {Delay}, uncounted: {Reason}")]
    public static partial void Postponed(this ILogger logger, string queue, int count, string reason, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Warning, "Message {Id} of {Queue} cannot be published (try {Receives} of {MaxReceives}): {Reason}")]
    public static partial void Refused(this ILogger logger, string queue, string id, int receives, int maxReceives, string reason);

    [LoggerMessage(4, LogLevel.Error, "Message {Id} of {Queue} could not be published in {Receives} tries and is now in {DeadLetters}: {Reason}")]
    public static partial void Buried(this ILogger logger, string queue, string id, int receives, string deadLetters, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The Redis of RSMQ failed ({What}), and is tried again: {Reason}")]
    public static partial void RedisFailed(this ILogger logger, string what, string reason);
}
