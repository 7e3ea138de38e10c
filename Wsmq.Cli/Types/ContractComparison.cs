namespace Wsmq.Cli.Types;

/// <summary>
/// Compares two contracts for clients of the older one. Types are compared by what they contain: their names in TypeScript do not matter.
/// </summary>
internal sealed partial class ContractComparison
{
    private readonly Dictionary<string, Shape> _old;
    private readonly Dictionary<string, Shape> _new;
    private readonly bool _knowFormats;
    private readonly HashSet<(string Old, string New)> _seen = [];
    private readonly HashSet<(Fields Old, Fields New)> _compared = [];
    private readonly List<ContractChange> _changes = [];

    private ContractComparison(Contract old, Contract @new)
    {
        _old = old.Types.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        _new = @new.Types.ToDictionary(t => t.Name, t => t.Shape, StringComparer.Ordinal);
        _knowFormats = old.HasFormats && @new.HasFormats;
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
                comparison.Note(name, "the message type was removed", readers: true, senders: true);
        }

        foreach (var name in messages.Keys.Order(StringComparer.Ordinal))
            comparison.Note(name, "the message type is new: older clients have no handler for it");
        return comparison._changes;
    }

    private void Note(string place, string what, bool readers = false, bool senders = false) =>
        _changes.Add(new ContractChange(readers, senders, place, what));

    private void CompareFields(Fields old, Fields now, string place)
    {
        // A type can contain itself, also as one of several.
        if (!_compared.Add((old, now)))
            return;
        var left = now.All.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var before in old.All)
        {
            var part = $"{place}.{before.Name}";
            if (left.Remove(before.Name, out var after))
                CompareField(before, after, part);
            else
                Note(part, "the field was removed, and what older clients send in it is lost", readers: before.IsRequired, senders: true);
        }

        foreach (var added in now.All.Where(f => left.ContainsKey(f.Name)))
        {
            if (added.IsRequired)
                Note($"{place}.{added.Name}", "the field is new and required: older clients do not send it", senders: true);
            else
                Note($"{place}.{added.Name}", "the field is new and optional");
        }

        if (old.IsOpen && !now.IsOpen)
            Note(place, "further fields, which older clients may send, are no longer kept", senders: true);
    }

    private void CompareField(Field before, Field after, string place)
    {
        if (after.IsRequired && !before.IsRequired)
            Note(place, "the field is required now: older clients may leave it out", senders: true);
        else if (before.IsRequired && !after.IsRequired)
            Note(place, "the field is optional now: older clients rely on it", readers: true);
        Compare(before.Type, after.Type, place);
    }
}
