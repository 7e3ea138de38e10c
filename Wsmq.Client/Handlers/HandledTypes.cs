using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Derives the type name that a handler takes, where the app does not pass one.</summary>
internal static class HandledTypes
{
    /// <summary>
    /// The wire name of a handler's type. Messages are named by their run-time type, so a handler for an interface would never be
    /// called, unless the interface defines how its derived types are serialized.
    /// </summary>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no message is sent as this type.</exception>
    public static string NameOf(JsonTypeInfo typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var type = typeInfo.Type;
        return !type.IsAbstract || TypedBody.IsDeclaredForAll(typeInfo)
            ? MessageTypeNames.Of(type)
            : throw MessageTypeNames.Refusal($"{type} is abstract: handle its derived types, or declare them with [JsonDerivedType]");
    }
}
