using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>What OpenAPI documents say of an endpoint.</summary>
/// <param name="Summary">What it does.</param>
/// <param name="Signature">A method with its parameters, which nothing calls.</param>
/// <param name="Results">What it answers when it succeeds.</param>
/// <param name="Errors">The errors that are its own; those that every endpoint has are added.</param>
/// <param name="Action">The right that an operator needs.</param>
internal sealed record EndpointText(
    string Summary, Delegate Signature, IProducesResponseTypeMetadata[] Results, WsmqError[] Errors, WsmqAction? Action = null)
{
    /// <summary>The error codes in a group of statuses, each with its number.</summary>
    private static string CodesOf(IEnumerable<WsmqError> errors) =>
        string.Join(", ", errors.OrderBy(e => e.Number).Select(e => $"{e.Number} {e.Code}"));

    /// <summary>An answer in JSON.</summary>
    public static IProducesResponseTypeMetadata[] Json<T>(int status = StatusCodes.Status200OK, params string[] others) =>
        [new ProducesResponseTypeMetadata(status, typeof(T), ["application/json", .. others])];

    /// <summary>An answer without a body.</summary>
    public static IProducesResponseTypeMetadata[] Done { get; } = [Empty(StatusCodes.Status204NoContent, "It is done.")];

    /// <summary>Adds the metadata that the framework's own attributes would add to a handler.</summary>
    public void AddTo(IEndpointConventionBuilder endpoint, string tag)
    {
        endpoint.WithMetadata(
            Signature.Method, new EndpointSummaryAttribute(Summary), new TagsAttribute(tag),
            Empty(StatusCodes.Status401Unauthorized, "No valid token: from the app's authentication."));
        if (Action is { } action)
            endpoint.WithMetadata(new EndpointDescriptionAttribute($"Needs the right {action}."));
        endpoint.WithMetadata([.. Results]);
        foreach (var errors in ApiErrors.Always.Concat(Errors).Distinct().GroupBy(ErrorStatus.Of))
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(errors.Key, typeof(WsmqApiProblem), [Problem.ContentType])
            {
                Description = CodesOf(errors),
            });
        }
    }

    private static ProducesResponseTypeMetadata Empty(int status, string description) =>
        new(status, typeof(void)) { Description = description };
}
