using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>A handler for one type of message, or of live push. Reading the body is a step of its own: its failure is not the handler's.</summary>
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
            // Whatever a converter throws: the caller hands the message to the fallback, or reports this.
            error = e;
            return false;
        }
    }
}

/// <summary>A handler whose argument type is not known here.</summary>
internal interface IHandler<in TMessage>
{
    bool TryBind(
        TMessage message, [NotNullWhen(true)] out Func<CancellationToken, Task>? call, [NotNullWhen(false)] out Exception? error);
}

/// <summary>Reads bodies.</summary>
internal static class Bodies
{
    /// <summary>The body as a type; JSON null is refused unless the type has a value for it, because handlers are written for one.</summary>
    public static T Read<T>(WsmqJsonBody? body, bool hasData, JsonTypeInfo<T> typeInfo)
    {
        if (hasData)
            throw new JsonException("The message carries bytes, not JSON: take it with the fallback.");
        var value = (body ?? default).To(typeInfo);
        return value is not null || Nullable.GetUnderlyingType(typeof(T)) is not null
            ? value!
            : throw new JsonException($"The body is null, and no {typeof(T).Name}.");
    }
}
