namespace Wsmq.Tests.Support;

/// <summary>Where messages are, by their receipts.</summary>
internal static class ReceiptAssertions
{
    /// <summary>
    /// Asserts that messages are where their receipts say, in the order of both. A repeat that was recognized by its number has no position.
    /// </summary>
    public static void ShouldBeAt(this IEnumerable<WsmqReceipt> receipts, IEnumerable<string> positions, string because = "")
    {
        var (all, expected) = (receipts.ToArray(), positions.ToArray());
        expected.Should().HaveCount(all.Length, because);
        all.Zip(expected).Should().OnlyContain(
            r => r.First.Position == r.Second || (r.First.Position.Length == 0 && r.First.Duplicate), because);
    }
}
