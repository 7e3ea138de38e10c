using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Api.Shapes;

namespace Wsmq.Server.Api;

/// <summary>Writes JSON responses. No cache may keep them, and no browser may take them for a page.</summary>
internal static class JsonResponse
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>
    /// How all JSON of the API is written: only what JSON itself requires is escaped, because people read the texts in a terminal. No
    /// browser takes it for a page: it has its content type, and <c>nosniff</c>.
    /// </summary>
    public static readonly JsonWriterOptions Plain = new() { Encoder = ShapesContext.Encoder };

    /// <summary>Writes a response that has one of the shapes.</summary>
    public static Task WriteAsync<T>(ApiCall call, T response) => WriteAsync(call.Context, ContentType, ShapesContext.Write(response));

    /// <summary>Composes a response, and writes it as a whole.</summary>
    public static Task WriteAsync(HttpContext context, string contentType, Action<Utf8JsonWriter> compose)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            compose(writer);
        return WriteAsync(context, contentType, buffer.WrittenMemory);
    }

    public static async Task WriteAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> json)
    {
        SetHeaders(context, contentType);
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>Sets the headers of a response whose body is written by the caller.</summary>
    public static void SetHeaders(HttpContext context, string contentType)
    {
        var response = context.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
