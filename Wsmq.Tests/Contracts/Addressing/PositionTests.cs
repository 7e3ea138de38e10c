using CsCheck;

namespace Wsmq.Tests.Contracts;

public sealed class PositionTests
{
    private static readonly Gen<WsmqPosition> Any = Gen.Long[0, WsmqPosition.MaxValue].Select(v => new WsmqPosition(v));

    [Fact]
    public void Positions_and_their_texts_compare_alike() => Gen.Select(Any, Any).Sample((left, right) =>
        Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())) == left.CompareTo(right)
        && (left < right) == (left.CompareTo(right) < 0) && (left == right) == left.Equals(right));

    [Fact]
    public void A_position_is_read_back_from_its_text() => Any.Sample(p => WsmqPosition.Parse(p.ToString()) == p && p.ToString().Length == WsmqPosition.Length);

    [Fact]
    public void Text_that_is_not_a_position_is_refused() => Gen.String.Sample(text =>
        WsmqPosition.TryParse(text, out var position) ? position.ToString() == text : position == WsmqPosition.Start);
}
