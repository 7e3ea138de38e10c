using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Finds the parts of a type that System.Text.Json would silently write incompletely: elements and members declared as an interface or
/// an abstract class, of which it writes only the declared members. The check uses the types' JSON metadata, not values, so that a send
/// of such a type fails the first time, and not with the first list that is not empty.
/// </summary>
internal static class LossyParts
{
    // One entry per type, none per message; lives as long as the metadata, which the serializer options hold.
    private static readonly ConditionalWeakTable<JsonTypeInfo, Verdict> Known = [];

    /// <summary>Names the part and what to do; null where all parts are written in full.</summary>
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
                        + "the declared members. Declare its derived types with [JsonDerivedType], add a converter, or use a concrete type";
                left.Push(info);
            }
        }

        return null;
    }

    private static bool IsLossy(JsonTypeInfo info) => info.Type.IsAbstract && info.Kind == JsonTypeInfoKind.Object && !TypedBody.IsDeclaredForAll(info);

    private static IEnumerable<(string Part, Type Type)> PartsOf(JsonTypeInfo holder)
    {
        // Only collections and nullable value types have an element type.
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
            // The type cannot be serialized at all: the serializer throws where there is such a value.
            return null;
        }
    }

    private sealed record Verdict(string? Defect);
}
