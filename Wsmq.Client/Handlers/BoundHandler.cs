using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// A handler for one type of message or live push. Reading the body is a separate step, because its failure is not the handler's.
/// </summary>
internal sealed class BoundHandler<TMessage, TArgument>(Func<TMessage, TArgument> read, Func<TArgument, CancellationToken, Task> handle)
    : IHandler<TMessage>
{
    public bool TryBind(
        TMessage message, [NotNullWhen(true)] out Func<CancellationToken, Task>? call, [NotNullWhen(false)] out Exception? error)
    {
        (call, error) = (null, null);
        try
        {
            var argument = read(message);
            call = cancellationToken => handle(argument, cancellationToken);
            return true;
        }
        catch (Exception e)
        {
            // Converters may throw any exception: the caller passes the message to the fallback, or reports the error.
            error = e;
            return false;
        }
    }
}

/// <summary>A handler without its argument type.</summary>
internal interface IHandler<in TMessage>
{
    bool TryBind(
        TMessage message, [NotNullWhen(true)] out Func<CancellationToken, Task>? call, [NotNullWhen(false)] out Exception? error);
}

/// <summary>Deserializes bodies.</summary>
internal static class Bodies
{
    /// <summary>
    /// Deserializes a body. Refuses JSON null unless the type is nullable, because handlers do not expect a null body.
    /// </summary>
    public static T Read<T>(WsmqJsonBody? body, bool hasData, JsonTypeInfo<T> typeInfo)
    {
        if (hasData)
            throw new JsonException("The body is bytes, not JSON: handle the message with OnAny, or a live push with OnAnyLive.");
        var value = (body ?? default).To(typeInfo);
        return value is not null || Nullable.GetUnderlyingType(typeof(T)) is not null
            ? value!
            : throw new JsonException($"The body is null, not a {typeof(T).Name}.");
    }
}
