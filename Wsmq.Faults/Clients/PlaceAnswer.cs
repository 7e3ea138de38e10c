using System.Globalization;
using System.Text.RegularExpressions;

namespace Wsmq.Faults.Clients;

/// <summary>What the sender of a message with a place in a sequence is told.</summary>
/// <param name="What">One of the constants, or the code of an error that uses the number up.</param>
/// <param name="Position">The position that a receipt names; empty if it names none.</param>
/// <param name="Known">The last number that the server knows, if it has refused a number that skips one.</param>
internal sealed partial record PlaceAnswer(string What, string? Position = null, long? Known = null)
{
    public const string Stored = "stored";
    public const string Duplicate = "duplicate";

    /// <summary>The outcome is unknown, or nothing is stored and the number not used: the message has to be repeated.</summary>
    public const string Open = "open";

    /// <summary>The server does not know the number before this one.</summary>
    public const string Skips = "skips";

    /// <summary>A higher epoch has sent.</summary>
    public const string Fenced = "fenced";

    /// <summary>Another message has the number.</summary>
    public const string Taken = "number-taken";

    /// <summary>The server cannot tell what has become of the number.</summary>
    public const string TooLow = "too-low";

    public bool IsReceipt => What is Stored or Duplicate;

    public static PlaceAnswer Of(WsmqReceipt receipt) => new(receipt.Duplicate ? Duplicate : Stored, receipt.Position);

    /// <param name="code">The code of an error; null if there is no answer.</param>
    /// <param name="canRetry">Whether the message may be sent again.</param>
    /// <param name="text">The text of the error.</param>
    public static PlaceAnswer Of(string? code, bool canRetry, string text)
    {
        if (code is null || canRetry || code == WsmqErrors.OutcomeUnknown.Code || code == WsmqErrors.ClientClosed.Code)
            return new PlaceAnswer(Open);
        if (code != WsmqErrors.OutOfSequence.Code)
            return new PlaceAnswer(code);
        if (LastKnown().Match(text) is { Success: true } match)
            return new PlaceAnswer(Skips, Known: long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        return new PlaceAnswer(
            text.Contains("a higher epoch has sent", StringComparison.Ordinal) ? Fenced
            : text.Contains("another message has the number", StringComparison.Ordinal) ? Taken : TooLow);
    }

    [GeneratedRegex(@"the last number known is (\d+)")]
    private static partial Regex LastKnown();
}
