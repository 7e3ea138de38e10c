using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Wsmq;

/// <summary>The wire names of .NET types. docs/protocol.md holds the rule; two types have one name only where an attribute says so.</summary>
internal static class MessageTypeNames
{
    /// <summary>What the server takes as a type.</summary>
    private const int MaxBytes = 128;

    // Weak, so that a plug-in whose types were sent can be unloaded.
    private static readonly ConditionalWeakTable<Type, string> Known = [];

    public static string Of(Type type) => Known.GetValue(type, Make);

    /// <summary>What messages to a handler are refused for; a handler can be given a type's name instead.</summary>
    public static WsmqException Refusal(string detail) => new(WsmqErrors.NoTypeName, detail);

    private static string Make(Type type)
    {
        // A value that may be null is sent as the value that it has.
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (MessageTypeDefects.OfMessage(type) is { } defect)
            throw Refusal($"{type} {defect}");
        var name = new StringBuilder();
        Append(name, type);
        var text = name.ToString();
        if (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > MaxBytes || text.Any(char.IsControl))
            throw Refusal($"the name of {type} does not have 1 to {MaxBytes} bytes without control characters");
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

    /// <summary>A nested type has the arguments of the types around it before its own: each stands at the type that has it.</summary>
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
