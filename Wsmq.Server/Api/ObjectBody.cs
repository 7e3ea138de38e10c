using System.Buffers;
using System.Text.Json;

namespace Wsmq.Server.Api;

/// <summary>A body that is an object with known fields, read as the same argument of a hub method.</summary>
internal static class ObjectBody
{
    /// <exception cref="JsonException">The body is not one JSON value.</exception>
    public static WsmqObjectArgument<T> Parse<T>(ReadOnlySequence<byte> json)
        where T : class
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var argument = new ObjectArgumentConverter<T>().Read(ref reader, typeof(WsmqObjectArgument<T>), JsonSerializerOptions.Default);

        // Throws if data follows the value.
        reader.Read();
        return argument;
    }
}
