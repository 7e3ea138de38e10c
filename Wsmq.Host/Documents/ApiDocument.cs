using System.Net.Mime;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Wsmq.Host.Documents;

/// <summary>
/// The OpenAPI document of the host. The library describes its endpoints with metadata of the framework; the host adds what is its own:
/// how callers authenticate, names of the operations, and what that metadata cannot express.
/// </summary>
internal static class ApiDocument
{
    private const string Bearer = "bearer";
    private const string Key = "apiKey";

    public static void AddApiDocument(this IServiceCollection services, string apiPath)
    {
        // Otherwise documents state that numbers may be texts.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        services.AddOpenApi(options => Configure(options, apiPath));
    }

    private static void Configure(OpenApiOptions options, string apiPath)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var path = $"/{context.Description.RelativePath}";
            if (path.StartsWith($"{apiPath}/", StringComparison.Ordinal))
                operation.OperationId = NameOf(context.Description.HttpMethod!, path[(apiPath.Length + 1)..]);
            AcceptArrays(operation);
            Stream(operation);
            return Task.CompletedTask;
        });
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "wsmq",
            Version = typeof(WsmqOptions).Assembly.GetName().Version!.ToString(3),
            Description = "The HTTP API of wsmq. docs/http.md describes it.",
        };
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "A token of the configured issuer. In Development: wsmq token --user NAME.",
        });
        document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "An API key of this deployment: wsmq key create. It can be sent as a bearer token as well.",
        });
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] },
        ];
    }

    // GET users/{user}/ban is get-users-by-user-ban: names for generated clients.
    private static string NameOf(string method, string path) => string.Join(
        '-',
        path.Split('/').Select(part => part.StartsWith('{') ? $"by-{part.Trim('{', '}', '*')}" : part)
            .Prepend(method.ToLowerInvariant()));

    // Several messages can be sent with one request. The metadata of the framework has one type for a body.
    private static void AcceptArrays(OpenApiOperation operation)
    {
        if (operation.OperationId != "post-messages" || operation.RequestBody?.Content?.Values is not { } contents)
            return;
        foreach (var content in contents)
        {
            var one = content.Schema!;
            var many = new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MinItems = 1, MaxItems = 1_024 };
            content.Schema = new OpenApiSchema { OneOf = [one, many] };
            content.Example = new JsonObject { ["to"] = "user:bob", ["type"] = "order", ["body"] = new JsonObject { ["number"] = 4711 } };
        }
    }

    // The metadata of the framework has one type for all media types of a response.
    private static void Stream(OpenApiOperation operation)
    {
        foreach (var response in operation.Responses?.Values.AsEnumerable() ?? [])
        {
            if (response.Content?.TryGetValue(MediaTypeNames.Text.EventStream, out var events) == true)
                events.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Server-sent events: message, gap, end." };
        }
    }
}
