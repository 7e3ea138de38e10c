using System.Reflection;
using Microsoft.AspNetCore.Mvc;
using Wsmq.Server.Endpoints;

namespace Wsmq.Server.Api;

/// <summary>
/// Refuses query parameters that an endpoint does not know. A misspelt one would be ignored without a trace: a ban without its end, a list
/// without its filter.
/// </summary>
internal sealed class KnownParameters
{
    private const int MaxName = 64;

    // Read before the endpoint is called, whatever it is.
    private static readonly string[] Common = [QueryToken.Name, "device", StreamCursor.LastEventIdParameter];

    private readonly HashSet<string> _names;

    /// <param name="endpoint">The endpoint, whose signature has its parameters.</param>
    /// <param name="ofApp">The names of those that belong to the app.</param>
    public KnownParameters(ApiEndpoint endpoint, IEnumerable<string> ofApp)
    {
        var own = endpoint.Text.Signature.Method.GetParameters()
            .Where(parameter => parameter.GetCustomAttribute<FromQueryAttribute>() is not null).Select(parameter => parameter.Name!);

        // A log in the path and further ones in the query are one stream.
        string[] logs = endpoint.Path.StartsWith("/logs", StringComparison.Ordinal) ? [LogRequest.Address] : [];
        _names = new HashSet<string>([.. own, .. logs, .. Common, .. ofApp], StringComparer.OrdinalIgnoreCase);
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public void Check(ApiCall call)
    {
        foreach (var name in call.Request.Query.Keys)
        {
            if (_names.Contains(name))
                continue;
            var shown = name.Length > MaxName ? name[..MaxName] : name;
            throw new WsmqException(WsmqErrors.InvalidMessage, $"there is no parameter {shown}");
        }
    }
}
