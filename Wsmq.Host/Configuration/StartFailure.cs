using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Wsmq.Host.Configuration;

/// <summary>Turns what stops a start into one paragraph for whoever started the host.</summary>
internal static class StartFailure
{
    /// <summary>The paragraph, or null for what nobody can mend by configuration: that one deserves its stack trace.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        HostRefusal => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        WsmqException or InvalidOperationException or InvalidDataException or FormatException or ArgumentException => WithCause(exception),
        IOException or SocketException or UnauthorizedAccessException or RedisException or DbException => WithCause(exception),
        _ => null,
    };

    private static string WithCause(Exception exception) =>
        exception.InnerException is { } inner && !exception.Message.Contains(inner.Message, StringComparison.OrdinalIgnoreCase)
            ? $"{exception.Message} {inner.Message}"
            : exception.Message;
}
