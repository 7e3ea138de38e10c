using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// What inside of a type System.Text.Json would write without the data: elements and members that are declared as an interface or an
/// abstract class, of which it writes only what the declaration has, without a word. Judged by the types' JSON metadata, not by values:
/// a send that fails does so at the first try, and not with the first list that is not empty.
/// </summary>
internal static class LossyParts
{
    // Held as long as the metadata, which their options hold: once a type, nothing a message.
    private static readonly ConditionalWeakTable<JsonTypeInfo, Verdict> Known = [];

    /// <summary>Which part it is and what to do; null where all parts are written in full.</summary>
    public static string? Of(JsonTypeInfo info) => Known.GetValue(info, static info => new Verdict(Find(info))).Defect;

    private static string? Find(JsonTypeInfo root)
    {
        var seen = new HashSet<Type> { root.Type };
        var left = new Stack<JsonTypeInfo>([root]);
        while (left.TryPop(out var holder))
        {
            foreach (var (part, type) in PartsOf(holder))
            {
                if (!seen.Add(type) || InfoOf(holder, type) is not { } info)
                    continue;
                if (IsLossy(info))
                    return $"{root.Type} cannot be written in full: {part} are declared as {type}, of which System.Text.Json writes only "
                        + "what that declares. Declare its derived types with [JsonDerivedType], give it a converter, or use a concrete type";
                left.Push(info);
            }
        }

        return null;
    }

    private static bool IsLossy(JsonTypeInfo info) => info.Type.IsAbstract && info.Kind == JsonTypeInfoKind.Object && !TypedBody.IsDeclaredForAll(info);

    private static IEnumerable<(string Part, Type Type)> PartsOf(JsonTypeInfo holder)
    {
        // Of collections, and of values that may be null.
        if (holder.ElementType is { } element)
            yield return ($"the elements of {holder.Type}", element);
        foreach (var derived in holder.PolymorphismOptions?.DerivedTypes ?? [])
            yield return ("derived types", derived.DerivedType);
        foreach (var member in holder.Properties)
        {
            if (IsWritten(member))
                yield return ($"the values of {holder.Type}.{member.Name}", member.PropertyType);
        }
    }

    private static bool IsWritten(JsonPropertyInfo member) =>
        member is { Get: not null, CustomConverter: null }
        && (member.Set is not null || !(member.Options.IgnoreReadOnlyProperties || member.Options.IgnoreReadOnlyFields));

    private static JsonTypeInfo? InfoOf(JsonTypeInfo holder, Type type)
    {
        try
        {
            return holder.Options.TryGetTypeInfo(type, out var info) ? info : null;
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            // Cannot be written at all, which the serializer says itself where there is such a value.
            return null;
        }
    }

    private sealed record Verdict(string? Defect);
}
