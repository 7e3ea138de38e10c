namespace Wsmq.Cli.Types;

/// <summary>Values that can be one of several: each kind is compared with the same kind of the other contract.</summary>
internal sealed partial class ContractComparison
{
    private void Compare(Shape old, Shape now, string place)
    {
        if (old is Named a && now is Named b && !_seen.Add((a.Name, b.Name)))
            return;
        var (before, after) = (Members(old, _old), Members(now, _new));
        var (was, isNow) = (Describe(before), Describe(after));
        CompareNull(before.Remove(Shape.Null), after.Remove(Shape.Null), place);
        CompareTagged(Take<Tagged>(before), Take<Tagged>(after), place);
        CompareValues(before, after, place);
        Pair<Fields>(before, after, (x, y) => CompareFields(x, y, place));
        Pair<ListOf>(before, after, (x, y) => Compare(x.Element, y.Element, place + "[]"));
        Pair<MapOf>(before, after, (x, y) => Compare(x.Value, y.Value, place + "{}"));
        CompareScalars(before, after, place);

        // What is left has no counterpart: older clients do not expect it, or what they send is not expected.
        var (readers, senders) = (after.Count > 0 && !before.Contains(Shape.Unknown), before.Count > 0 && !after.Contains(Shape.Unknown));
        if (readers || senders)
            Note(place, $"the type was changed from {was} to {isNow}", readers, senders);
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
            Note(place, "null is no longer accepted", senders: true);
        else if (after && !before)
            Note(place, "can be null now", readers: true);
    }

    private void CompareTagged(List<Tagged> before, List<Tagged> after, string place)
    {
        var left = after.ToDictionary(t => (t.Name, t.Value));
        foreach (var old in before)
        {
            var part = $"{place}({old.Name} {old.Value.Json})";
            if (left.Remove((old.Name, old.Value), out var now))
                Compare(old.Of, now.Of, part);
            else
                Note(part, "the derived type was removed", senders: true);
        }

        foreach (var (name, value) in left.Keys)
            Note($"{place}({name} {value.Json})", "the derived type is new: older clients may receive it");
    }

    private void CompareValues(List<Shape> before, List<Shape> after, string place)
    {
        var (old, now) = (Take<Literal>(before), Take<Literal>(after));
        var removed = old.Except(now).Where(value => !after.Any(s => Covers(s, value))).ToList();
        var added = now.Except(old).Where(value => !before.Any(s => Covers(s, value))).ToList();

        // Without values on both sides it is another type.
        if (old.Count == 0 || now.Count == 0)
        {
            before.AddRange(removed);
            after.AddRange(added);
            return;
        }

        foreach (var value in removed)
            Note(place, $"the value {value.Json} was removed", senders: true);
        foreach (var value in added)
            Note(place, $"the value {value.Json} is new: older clients may receive it");
    }

    private void CompareScalars(List<Shape> before, List<Shape> after, string place)
    {
        foreach (var old in before.OfType<Scalar>().ToList())
        {
            if (after.OfType<Scalar>().FirstOrDefault(s => ScalarChange.IsSameKind(old, s)) is not { } now)
                continue;
            before.Remove(old);
            after.Remove(now);
            var change = _knowFormats ? ScalarChange.Of(old, now) : ScalarChange.OfNames(old, now);
            if (change is { } found)
                Note(place, found.What, found.Readers, found.Senders);
        }
    }

    private static bool Covers(Shape shape, Literal value) => shape is Scalar scalar
        && (value.Json.StartsWith('"') ? scalar == Shape.Text : ScalarChange.IsNumber(scalar));

    private static void Pair<T>(List<Shape> before, List<Shape> after, Action<T, T> compare)
        where T : Shape
    {
        while (before.OfType<T>().FirstOrDefault() is { } old && after.OfType<T>().FirstOrDefault() is { } now)
        {
            before.Remove(old);
            after.Remove(now);
            compare(old, now);
        }
    }

    private static List<T> Take<T>(List<Shape> shapes)
        where T : Shape
    {
        var taken = shapes.OfType<T>().ToList();
        shapes.RemoveAll(shape => shape is T);
        return taken;
    }

    private static string Describe(List<Shape> members) => string.Join(" | ", members.Select(member => member switch
    {
        Scalar scalar => scalar.Described,
        Fields => "{ … }",
        _ => TypeScriptWriter.Of(member),
    }));
}
