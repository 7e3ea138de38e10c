namespace Wsmq;

/// <summary>
/// The wire name of a message type. It keeps its meaning when the type is renamed or moved, and is short enough for clients in other
/// languages. Without it a type's wire name is its full .NET name.
/// </summary>
/// <param name="name">The name, at most 128 bytes. Of a generic type the names of its arguments follow, in angle brackets.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface, Inherited = false)]
public sealed class WsmqMessageTypeAttribute(string name) : Attribute
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The wire name of a type: from the attribute, or else its full name: <c>Shop.Created</c>, nested <c>Shop.Orders+Created</c>,
    /// generic <c>Shop.Envelope&lt;Shop.Created&gt;</c>, an array <c>Shop.Created[]</c>. A nullable value has the name of its value.
    /// </summary>
    /// <param name="type">The type of a message.</param>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: the type has no name that a receiver could know, for example an anonymous type, a tuple or <c>object</c>.
    /// </exception>
    public static string NameOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return MessageTypeNames.Of(type);
    }
}
