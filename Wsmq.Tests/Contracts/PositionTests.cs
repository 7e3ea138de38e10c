using CsCheck;

namespace Wsmq.Tests.Contracts;

public sealed class PositionTests
{
    private static readonly Gen<Position> Any = Gen.Long[0, Position.MaxValue].Select(v => new Position(v));

    [Fact]
    public void Their_texts_compare_as_they_do() => Gen.Select(Any, Any).Sample((left, right) =>
        Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())) == left.CompareTo(right)
        && (left < right) == (left.CompareTo(right) < 0) && (left == right) == left.Equals(right));

    [Fact]
    public void A_text_is_read_back() => Any.Sample(p => Position.Parse(p.ToString()) == p && p.ToString().Length == Position.Length);

    [Fact]
    public void Anything_else_is_refused() => Gen.String.Sample(text =>
        Position.TryParse(text, out var position) ? position.ToString() == text : position == Position.Start);
}
