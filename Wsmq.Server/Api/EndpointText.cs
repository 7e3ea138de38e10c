using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>What OpenAPI documents say of an endpoint.</summary>
/// <param name="Summary">What it does.</param>
/// <param name="Signature">A method with its parameters, which nothing calls.</param>
/// <param name="Results">What it answers when it succeeds.</param>
/// <param name="Errors">The errors that are its own; those that every endpoint has are added.</param>
/// <param name="Action">The right that an operator needs.</param>
internal sealed record EndpointText(
    string Summary, Delegate Signature, ProducesResponseTypeAttribute[] Results, WsmqError[] Errors, WsmqAction? Action = null)
{
    private const string JsonType = "application/json";

    /// <summary>An answer without a body.</summary>
    public static ProducesResponseTypeAttribute[] Done { get; } = [Empty(StatusCodes.Status204NoContent, "It is done.")];

    /// <summary>An answer in JSON.</summary>
    public static ProducesResponseTypeAttribute[] Json<T>(int status = StatusCodes.Status200OK, params string[] others) =>
        [new(typeof(T), status, JsonType, others)];

    /// <summary>Adds the metadata that the framework itself reads from a handler.</summary>
    public void AddTo(IEndpointConventionBuilder endpoint, string tag)
    {
        endpoint.WithMetadata(
            Signature.Method, new EndpointSummaryAttribute(Summary), new TagsAttribute(tag),
            Empty(StatusCodes.Status401Unauthorized, "No valid token: from the app's authentication."));
        if (Action is { } action)
            endpoint.WithMetadata(new EndpointDescriptionAttribute($"Needs the right {action}."));
        endpoint.WithMetadata([.. Results]);
        endpoint.WithMetadata([.. Signature.Method.GetParameters().Select(parameter => new Parameter(parameter))]);
        foreach (var errors in ApiErrors.Always.Concat(Errors).Distinct().GroupBy(ErrorStatus.Of))
        {
            endpoint.WithMetadata(new ProducesResponseTypeAttribute(typeof(WsmqApiProblem), errors.Key, Problem.ContentType)
            {
                Description = CodesOf(errors),
            });
        }
    }

    private static string CodesOf(IEnumerable<WsmqError> errors) =>
        string.Join(", ", errors.OrderBy(e => e.Number).Select(e => $"{e.Number} {e.Code}"));

    private static ProducesResponseTypeAttribute Empty(int status, string description) =>
        new(typeof(void), status) { Description = description };

    private sealed class Parameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        public string Name => parameter.Name!;

        public bool HasTryParse => true;

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        public bool IsOptional => new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
    }
}
