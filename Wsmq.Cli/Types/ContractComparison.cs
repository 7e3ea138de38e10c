namespace Wsmq.Cli.Types;

/// <summary>A difference between two contracts.</summary>
/// <param name="Breaks">Whether clients of the older one can fail because of it.</param>
/// <param name="Place">The message, and the field in it.</param>
/// <param name="What">What has changed.</param>
internal sealed record ContractChange(bool Breaks, string Place, string What);

/// <summary>
/// Compares two contracts for clients of the older one, which both send and receive. Types are compared by what they contain: their names
/// in
/// TypeScript do not matter.
/// </summary>
internal sealed class ContractComparison
{
    private readonly Dictionary<string, Shape> _old;
    private readonly Dictionary<string, Shape> _new;
    private readonly HashSet<(string Old, string New)> _seen = [];
    private readonly HashSet<(Fields Old, Fields New)> _compared = [];
    private readonly List<ContractChange> _changes = [];

    private ContractComparison(Contract old, Contract @new)
    {
        _old = old.Types.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        _new = @new.Types.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
    }

    public static IReadOnlyList<ContractChange> Of(Contract old, Contract @new)
    {
        var comparison = new ContractComparison(old, @new);
        var messages = @new.Messages.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, shape) in old.Messages)
        {
            if (messages.Remove(name, out var now))
                comparison.Compare(shape, now, name);
            else
                comparison.Note(true, name, "the message type was removed");
        }

        foreach (var name in messages.Keys.Order(StringComparer.Ordinal))
            comparison.Note(false, name, "the message type is new: older clients have no handler for it");
        return comparison._changes;
    }

    private void Note(bool breaks, string place, string what) => _changes.Add(new ContractChange(breaks, place, what));

    private void Compare(Shape old, Shape now, string place)
    {
        if (old is Named a && now is Named b && !_seen.Add((a.Name, b.Name)))
            return;
        var (before, after) = (Members(old, _old), Members(now, _new));
        CompareNull(before.Remove(Shape.Null), after.Remove(Shape.Null), place);
        if (before.All(m => m is Literal) && after.All(m => m is Literal))
            CompareValues(before, after, place);
        else if (before.All(m => m is Tagged) && after.All(m => m is Tagged))
            CompareTagged(before.Cast<Tagged>(), after.Cast<Tagged>(), place);
        else if (before.Count == 1 && after.Count == 1)
            CompareOne(before[0], after[0], place);
        else if (!before.Select(TypeScriptWriter.Of).ToHashSet(StringComparer.Ordinal).SetEquals(after.Select(TypeScriptWriter.Of)))
            Changed(old, now, place);
    }

    // The parts of a union, with declared types replaced by what they are.
    private static List<Shape> Members(Shape shape, Dictionary<string, Shape> types) => shape switch
    {
        Named named when types.TryGetValue(named.Name, out var declared) => Members(declared, types),
        UnionOf union => [.. union.Members.SelectMany(m => Members(m, types)).Distinct()],
        _ => [shape],
    };

    private void CompareNull(bool before, bool after, string place)
    {
        if (before && !after)
            Note(true, place, "null is no longer accepted");
        else if (after && !before)
            Note(true, place, "can be null now");
    }

    private void CompareValues(List<Shape> before, List<Shape> after, string place)
    {
        foreach (var removed in before.Except(after).Cast<Literal>())
            Note(true, place, $"the value {removed.Json} was removed");
        foreach (var added in after.Except(before).Cast<Literal>())
            Note(false, place, $"the value {added.Json} is new: older clients may receive it");
    }

    private void CompareTagged(IEnumerable<Tagged> before, IEnumerable<Tagged> after, string place)
    {
        var left = after.ToDictionary(t => (t.Name, t.Value));
        foreach (var old in before)
        {
            var part = $"{place}({old.Name} {old.Value.Json})";
            if (left.Remove((old.Name, old.Value), out var now))
                Compare(old.Of, now.Of, part);
            else
                Note(true, part, "the derived type was removed");
        }

        foreach (var (name, value) in left.Keys)
            Note(false, $"{place}({name} {value.Json})", "the derived type is new: older clients may receive it");
    }

    private void CompareOne(Shape old, Shape now, string place)
    {
        switch (old, now)
        {
            case (ListOf a, ListOf b):
                Compare(a.Element, b.Element, place + "[]");
                break;
            case (MapOf a, MapOf b):
                Compare(a.Value, b.Value, place + "{}");
                break;
            case (Fields a, Fields b):
                CompareFields(a, b, place);
                break;
            default:
                if (old != now)
                    Changed(old, now, place);
                break;
        }
    }

    private void CompareFields(Fields old, Fields now, string place)
    {
        // A type can contain itself, also as one of several.
        if (!_compared.Add((old, now)))
            return;
        var left = now.All.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var before in old.All)
        {
            var part = $"{place}.{before.Name}";
            if (!left.Remove(before.Name, out var after))
            {
                Note(true, part, "the field was removed");
                continue;
            }

            if (after.IsRequired && !before.IsRequired)
                Note(true, part, "the field is required now: older clients may leave it out");
            else if (before.IsRequired && !after.IsRequired)
                Note(true, part, "the field is optional now: older clients rely on it");
            Compare(before.Type, after.Type, part);
        }

        foreach (var added in now.All.Where(f => left.ContainsKey(f.Name)))
        {
            Note(added.IsRequired, $"{place}.{added.Name}", added.IsRequired
                ? "the field is new and required: older clients do not send it"
                : "the field is new and optional");
        }
    }

    private void Changed(Shape old, Shape now, string place) =>
        Note(true, place, $"the type was changed from {TypeScriptWriter.Of(old)} to {TypeScriptWriter.Of(now)}");
}
