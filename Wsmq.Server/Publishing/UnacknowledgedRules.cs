namespace Wsmq.Server.Publishing;

/// <summary>Which messages the app's hook is told of if no device acknowledges them in time.</summary>
internal static class UnacknowledgedRules
{
    private const char Any = '*';

    public static bool Includes(
        WsmqUnacknowledgedOptions options, WsmqAddress to, string? type, IReadOnlyDictionary<string, string>? headers) =>
        options.HasHook && to.Kind == WsmqAddressKind.User
        && ((options.Types.Count == 0 && options.Header is null) || HasType(options, type) || HasHeader(options, headers));

    private static bool HasType(WsmqUnacknowledgedOptions options, string? type)
    {
        // By index: it is asked for each message, and an enumerator of an interface is an object.
        for (var i = 0; type is not null && i < options.Types.Count; i++)
        {
            if (options.Types[i] is [.. var start, Any] ? type.StartsWith(start, StringComparison.Ordinal) : type == options.Types[i])
                return true;
        }

        return false;
    }

    private static bool HasHeader(WsmqUnacknowledgedOptions options, IReadOnlyDictionary<string, string>? headers) =>
        options.Header is { } name && headers?.TryGetValue(name, out var value) == true
        && (options.HeaderValue is null || options.HeaderValue == value);
}
