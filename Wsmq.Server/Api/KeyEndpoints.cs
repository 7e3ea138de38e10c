using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary><c>/keys</c>: API keys, for operators.</summary>
internal sealed class KeyEndpoints(OperatorRights rights, IWsmqApiKeys keys)
{
    // The longest scopes fit.
    private const int MaxBodyBytes = 64 * 1024;

    public async Task ListAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.ManageKeys, null);
        var list = await keys.ListAsync(call.Aborted);
        await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer =>
        {
            writer.WriteStartArray();
            foreach (var key in list)
                Write(writer, key, null);
            writer.WriteEndArray();
        });
    }

    public async Task CreateAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.ManageKeys, null);
        await RequestBody.WithAsync(call, MaxBodyBytes, Parse, async wanted =>
        {
            var expires = wanted.Expires is { } time ? RequestParameters.TimeOf("expires", time) : (DateTimeOffset?)null;
            call.Audited = new AuditedCall(WsmqAction.ManageKeys, $"{wanted.Name}={string.Join('+', wanted.Scopes ?? [])}");
            var made = await keys.CreateAsync(wanted.Name!, wanted.Scopes ?? [], expires, call.Aborted);
            call.Context.Response.StatusCode = StatusCodes.Status201Created;
            await JsonResponse.WriteAsync(call.Context, JsonResponse.ContentType, writer => Write(writer, made.Key, made.Text));
        });
    }

    public async Task RevokeAsync(ApiCall call)
    {
        await rights.RequireAsync(call, WsmqAction.ManageKeys, null);
        await OperatorResponse.WriteAsync(call, await keys.RevokeAsync(call.InPath(Wire.Id), call.Aborted));
    }

    private static KeyRequest Parse(ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var wanted = JsonSerializer.Deserialize(ref reader, KeyRequestContext.Default.KeyRequest) ?? new KeyRequest(null, null, null);

        // Throws if data follows the value.
        reader.Read();
        return wanted;
    }

    private static void Write(Utf8JsonWriter writer, WsmqApiKey key, string? text)
    {
        writer.WriteStartObject();
        writer.WriteString(Wire.Id, key.Id);
        writer.WriteString("name", key.Name);
        writer.WriteString("user", key.UserId);
        writer.WriteStartArray("scopes");
        foreach (var scope in key.Scopes)
            writer.WriteStringValue(scope);
        writer.WriteEndArray();
        writer.WriteNumber("createdAt", key.CreatedAt.ToUnixTimeMilliseconds());
        if (key.ExpiresAt is { } expires)
            writer.WriteNumber("expiresAt", expires.ToUnixTimeMilliseconds());
        if (text is not null)
            writer.WriteString("key", text);
        writer.WriteEndObject();
    }
}

/// <summary>The key that is to be created.</summary>
internal sealed record KeyRequest(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("scopes")] string[]? Scopes,
    [property: JsonPropertyName("expires")] long? Expires);

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(KeyRequest))]
internal sealed partial class KeyRequestContext : JsonSerializerContext;
