using System.Reflection;

namespace Wsmq;

/// <summary>The wire name of a message type. Without it a type's wire name is its .NET name without namespace.</summary>
/// <param name="name">The name, at most 128 bytes.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface, Inherited = false)]
public sealed class MessageTypeAttribute(string name) : Attribute
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The wire name of a type: from the attribute, or else the type's own name.</summary>
    /// <param name="type">The type of a message.</param>
    public static string NameOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.GetCustomAttribute<MessageTypeAttribute>()?.Name ?? type.Name;
    }
}
