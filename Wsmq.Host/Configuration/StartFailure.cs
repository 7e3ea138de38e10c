using System.Data.Common;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Wsmq.Host.Configuration;

/// <summary>Turns an exception that stops the start into one paragraph for the operator.</summary>
internal static partial class StartFailure
{
    /// <summary>The paragraph; null for an exception that no configuration can remedy, which keeps its stack trace.</summary>
    public static string? Describe(Exception exception) => Text(exception) is { } text ? InKeys(text) : null;

    /// <summary>Replaces the options' class and property names, which the library reports, by the operator's configuration keys.</summary>
    public static string InKeys(string text) => Options().Replace(text, match => (match.Groups["class"].Value, match.Groups["name"].Value) switch
    {
        ("Sqlite", "Path") => $"{HostSettings.Section}:{nameof(HostSettings.DataFolder)}",
        ("", nameof(HostSettings.Queues)) => $"{HostSettings.Section}:{nameof(HostSettings.Queues)}",
        ("Redis", "Configuration") => $"{HostSettings.Section}:{nameof(HostSettings.Redis)}",
        var (store, name) => $"{HostSettings.Section}:{store}Options:{name.Replace('.', ':')}",
    });

    private static string? Text(Exception exception) => exception switch
    {
        HostRefusal => exception.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{exception.Message} Another program listens there, perhaps a host that runs already: stop it, or choose an address with --urls, "
                + "such as --urls http://localhost:5081.",
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        WsmqException or InvalidOperationException or InvalidDataException or FormatException or ArgumentException => WithCause(exception),
        IOException or SocketException or UnauthorizedAccessException or RedisException or DbException => WithCause(exception),
        _ => null,
    };

    private static string WithCause(Exception exception) =>
        exception.InnerException is { } inner && !exception.Message.Contains(inner.Message, StringComparison.OrdinalIgnoreCase)
            ? $"{exception.Message} {inner.Message}"
            : exception.Message;

    [GeneratedRegex(@"\bWsmq(?<class>Redis|Sqlite|)Options\.(?<name>[A-Za-z]+(\.[A-Za-z]+)*)")]
    private static partial Regex Options();
}
