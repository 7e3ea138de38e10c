namespace Wsmq.Cli.Types;

/// <summary>A change of a text or a number that may be the same type in TypeScript.</summary>
/// <param name="Readers">Whether older clients can receive what they do not understand.</param>
/// <param name="Senders">Whether older clients can send what is not understood.</param>
/// <param name="What">What has changed.</param>
internal sealed record ScalarChange(bool Readers, bool Senders, string What)
{
    /// <summary>Whether two types are compared by their formats: numbers are one kind, each other type is its own.</summary>
    public static bool IsSameKind(Scalar a, Scalar b) => a.Name == b.Name || (IsNumber(a) && IsNumber(b));

    public static bool IsNumber(Scalar scalar) => scalar.Name is NumberTypes.Plain or NumberTypes.Integer or NumberTypes.Decimal;

    /// <summary>Null if nothing has changed.</summary>
    public static ScalarChange? Of(Scalar old, Scalar now)
    {
        if (old == now)
            return null;
        if (NumberRange.Of(old.Format) is not { } before || NumberRange.Of(now.Format) is not { } after)
            return Change(old, now, readers: old.Format is not null || old.Name != now.Name, senders: now.Format is not null);
        var isString = old.Name == NumberTypes.Plain && now.Name != NumberTypes.Plain;
        var senders = !before.FitsInto(after);
        var change = Change(old, now, isString || (before.IsWhole && !after.IsWhole), senders);
        return change is { Readers: false, Senders: false }
            ? change with { What = change.What + ": older clients may receive larger values" }
            : change;
    }

    /// <summary>The same for a contract without formats.</summary>
    public static ScalarChange? OfNames(Scalar old, Scalar now) =>
        old.Name == now.Name ? null : Change(old, now, readers: true, senders: true);

    private static ScalarChange Change(Scalar old, Scalar now, bool readers, bool senders) =>
        new(readers, senders, $"the type was changed from {old.Described} to {now.Described}");
}
