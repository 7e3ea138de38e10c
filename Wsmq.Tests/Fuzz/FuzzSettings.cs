using System.Globalization;

namespace Wsmq.Tests.Fuzz;

/// <summary>How long and from which seed the fuzz tests run.</summary>
internal static class FuzzSettings
{
    /// <summary>Mutated cases of the wire for each store; <c>WSMQ_FUZZ_ROUNDS</c> asks for more.</summary>
    public static int Rounds { get; } = Number("WSMQ_FUZZ_ROUNDS") ?? 750;

    /// <summary>The same in every run, so that none fails by chance; <c>WSMQ_FUZZ_SEED</c> asks for another one.</summary>
    public static int Seed { get; } = Number("WSMQ_FUZZ_SEED") ?? 7_001;

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
