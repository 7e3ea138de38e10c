using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Wsmq;

/// <summary>The wire names of .NET types, by the rules in docs/protocol.md. Two types share a name only through the attribute.</summary>
internal static class MessageTypeNames
{
    /// <summary>The server's limit for a type name.</summary>
    private const int MaxBytes = 128;

    // Weak references, so that a plug-in whose types were sent can be unloaded.
    private static readonly ConditionalWeakTable<Type, string> Known = [];
    private static readonly ConditionalWeakTable<Type, string> KnownOrEmpty = [];

    public static string Of(Type type) => Known.GetValue(type, Make);

    /// <summary>The same; null for a type without a name.</summary>
    public static string? TryOf(Type type)
    {
        var name = KnownOrEmpty.GetValue(type, static type =>
        {
            try
            {
                return Of(type);
            }
            catch (WsmqException)
            {
                return string.Empty;
            }
        });
        return name.Length > 0 ? name : null;
    }

    /// <summary>The error where a type has no wire name, at a send or at a handler.</summary>
    public static WsmqException Refusal(string detail) => new(WsmqErrors.NoTypeName, detail);

    private static string Make(Type type)
    {
        // A nullable value type is sent as its underlying type.
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (MessageTypeDefects.OfMessage(type) is { } defect)
            throw Refusal($"{type} {defect}");
        var name = new StringBuilder();
        Append(name, type);
        var text = name.ToString();
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > MaxBytes || text.Any(char.IsControl))
            throw Refusal($"the name of {type} is not 1 to {MaxBytes} bytes long, or contains control characters");
        return text;
    }

    private static void Append(StringBuilder name, Type type)
    {
        if (type.IsArray)
        {
            Append(name, type.GetElementType()!);
            name.Append('[').Append(',', type.GetArrayRank() - 1).Append(']');
            return;
        }

        var arguments = type.GetGenericArguments();
        if (type.GetCustomAttribute<WsmqMessageTypeAttribute>() is { } given)
        {
            name.Append(given.Name);
            Append(name, arguments);
            return;
        }

        if (MessageTypeDefects.OfName(type) is { } defect)
            throw Refusal($"{type} {defect}");
        if (!string.IsNullOrEmpty(type.Namespace))
            name.Append(type.Namespace).Append('.');
        AppendNested(name, type, arguments);
    }

    /// <summary>
    /// The type arguments of a nested type begin with those of its declaring types: each is written at the type that declares it.
    /// </summary>
    private static void AppendNested(StringBuilder name, Type type, ReadOnlySpan<Type> arguments)
    {
        var outer = type.DeclaringType;
        var taken = outer?.GetGenericArguments().Length ?? 0;
        if (outer is not null)
        {
            AppendNested(name, outer, arguments[..taken]);
            name.Append('+');
        }

        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        name.Append(type.Name, 0, tick < 0 ? type.Name.Length : tick);
        Append(name, arguments[taken..]);
    }

    private static void Append(StringBuilder name, ReadOnlySpan<Type> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            name.Append(i == 0 ? '<' : ',');
            Append(name, arguments[i]);
        }

        if (arguments.Length > 0)
            name.Append('>');
    }
}
