using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Which messages a handler is for, where it does not name them.</summary>
internal static class HandledTypes
{
    /// <summary>
    /// The wire name of a handler's type. Messages are sent as the type that they have at run time, so that a handler for an interface
    /// would wait for ever, unless the interface says how its derived types are written.
    /// </summary>
    /// <exception cref="WsmqException"><c>no-type-name</c>.</exception>
    public static string NameOf(JsonTypeInfo typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var type = typeInfo.Type;
        return !type.IsAbstract || TypedBody.IsDeclaredForAll(typeInfo)
            ? MessageTypeNames.Of(type)
            : throw MessageTypeNames.Refusal($"{type} is abstract: handle its derived types, or declare them with [JsonDerivedType]");
    }
}
