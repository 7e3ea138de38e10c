using System.Globalization;

namespace Wsmq.Cli.Http;

/// <summary>A request to the HTTP API: method, path below that of the API, and body.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>A JSON body, or null.</summary>
    public string? Body { get; init; }

    /// <summary>The parameters, with the question mark before them; or empty.</summary>
    public string Query { get; private init; } = "";

    /// <summary>Whether it changes nothing: when no answer arrives, nothing is in doubt.</summary>
    public bool IsRead => Method == HttpMethod.Get;

    public static ApiRequest Get(params string[] segments) => new(HttpMethod.Get, PathOf(segments));

    public static ApiRequest Post(params string[] segments) => new(HttpMethod.Post, PathOf(segments));

    public static ApiRequest Put(params string[] segments) => new(HttpMethod.Put, PathOf(segments));

    public static ApiRequest Delete(params string[] segments) => new(HttpMethod.Delete, PathOf(segments));

    /// <summary>Adds a parameter to the query, unless its value is null.</summary>
    public ApiRequest With(string name, string? value) => value is null
        ? this
        : this with { Query = $"{Query}{(Query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}" };

    /// <summary>Adds a number to the query, unless it is null.</summary>
    public ApiRequest With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a time in milliseconds since 1970, unless it is null.</summary>
    public ApiRequest With(string name, DateTimeOffset? time) => With(name, time?.ToUnixTimeMilliseconds());

    private static string PathOf(string[] segments) => string.Concat(segments.Select((segment, i) => segment is "." or ".."
        ? throw new CliFailure(ExitCodes.Usage, $"The name '{segment}' cannot be part of the path of a request.")
        : "/" + Uri.EscapeDataString(i % 2 == 1 ? NameIn(segments[i - 1], segment) : segment)));

    // The API takes a name for an address written by mistake if it begins like one.
    private static string NameIn(string collection, string name)
    {
        var prefix = collection switch { "users" or "members" => "user:", "groups" => "group:", _ => null };
        return prefix is not null && name.StartsWith(prefix, StringComparison.Ordinal) ? prefix + name : name;
    }
}
