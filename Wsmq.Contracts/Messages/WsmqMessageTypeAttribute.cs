namespace Wsmq;

/// <summary>
/// Sets the name of a message type on the wire, by which receivers select a handler. The name stays valid when the .NET type is renamed
/// or moved, and is convenient for clients in other languages. Without the attribute, the wire name is the type's full .NET name.
/// </summary>
/// <param name="name">
/// The name, at most 128 bytes. For a generic type, the names of the type arguments are appended in angle brackets.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface, Inherited = false)]
public sealed class WsmqMessageTypeAttribute(string name) : Attribute
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Returns the wire name of a type: the name from the attribute, or else the full .NET name, such as <c>Shop.Created</c>; for a
    /// nested type <c>Shop.Orders+Created</c>, for a generic type <c>Shop.Envelope&lt;Shop.Created&gt;</c>, for an array
    /// <c>Shop.Created[]</c>. A nullable value type has the name of its underlying type.
    /// </summary>
    /// <param name="type">The .NET type of a message body.</param>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: the type has no name that a receiver could know, for example an anonymous type, a tuple or <c>object</c>.
    /// </exception>
    public static string NameOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return MessageTypeNames.Of(type);
    }
}
