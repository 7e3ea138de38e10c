using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wsmq;

/// <summary>
/// Which types name nothing that another process could know: the compiler or the run time made the name up, or the body holds what
/// the name does not say. Each answer ends the sentence that the type's name begins.
/// </summary>
internal static class MessageTypeDefects
{
    // What C# (<), Visual Basic ($) and F# (@) put into names that no source can hold.
    private const string CompilerMarks = "<$@";

    /// <summary>Why a type cannot name a message, although it may be part of a name (a dictionary of objects); null where it can.</summary>
    public static string? OfMessage(Type type) =>
        type == typeof(object) ? "says nothing about what is sent"
        : IsRawJson(type) ? "is JSON of any kind"
        : typeof(Task).IsAssignableFrom(type) || IsOf(type, typeof(ValueTask<>)) || type == typeof(ValueTask) ? "is a task: await it first"
        : typeof(Delegate).IsAssignableFrom(type) ? "is a delegate"
        : null;

    /// <summary>Why a type cannot be part of a name; null where it can.</summary>
    public static string? OfName(Type type) =>
        type.IsPointer || type.IsByRef || type.IsFunctionPointer || type.IsByRefLike ? "exists only in memory"
        : type.ContainsGenericParameters ? "is an open generic type"
        : typeof(ITuple).IsAssignableFrom(type) && type.Namespace == nameof(System) ? "is a tuple, whose items have no names"
        : type.Assembly.IsDynamic ? "was made at run time"
        : IsInternalToDotNet(type) ? "is internal to .NET"
        : IsCompilerMade(type) ? "is made by the compiler"
        : null;

    private static bool IsRawJson(Type type) =>
        type == typeof(JsonElement) || type == typeof(JsonDocument) || type == typeof(WsmqJsonBody) || typeof(JsonNode).IsAssignableFrom(type);

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    // For example the sequence that Select returns: another release of .NET may call it something else.
    private static bool IsInternalToDotNet(Type type) =>
        !type.IsVisible && type.Namespace is { } space
        && (space == nameof(System) || space.StartsWith("System.", StringComparison.Ordinal)) && HasInternalName(type);

    // A visible generic type of the user's internal one, as List<Line>, is not visible either.
    private static bool HasInternalName(Type type) =>
        !(type.IsGenericType ? type.GetGenericTypeDefinition() : type).IsVisible;

    private static bool IsCompilerMade(Type? type)
    {
        for (; type is not null; type = type.DeclaringType)
        {
            if (type.Name.AsSpan().IndexOfAny(CompilerMarks) >= 0 || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false))
                return true;
        }

        return false;
    }
}
