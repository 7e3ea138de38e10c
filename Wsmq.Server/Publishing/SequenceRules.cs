using System.Globalization;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks the place of a message in a sequence.</summary>
internal static class SequenceRules
{
    /// <summary>What is wrong with the place of a message; null if nothing is, also if it has none.</summary>
    public static string? DefectOf(WsmqOutgoingMessage message) => message.Sequence switch
    {
        null => null,
        _ when message.StreamNumber is not null => $"a message has {Wire.Seq} or {Wire.Sequence}",
        { Number: < 1 or > ProducerState.MostNumber } => $"{Wire.Seq} is a whole number from 1 to {ProducerState.MostNumber}",
        var sequence => ProducerRules.DefectOf(sequence.Producer, sequence.Epoch),
    };

    /// <summary>The id of a message that has none of its own.</summary>
    public static string IdOf(WsmqSequence sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{sequence.Producer}-{sequence.Epoch}-{sequence.Number}");

    /// <summary>The terms of a log with those of a sequence.</summary>
    public static LogTerms? With(LogTerms? terms, SequenceTerms? sequence) =>
        sequence is null ? terms : (terms ?? new LogTerms()) with { Sequence = sequence };
}
