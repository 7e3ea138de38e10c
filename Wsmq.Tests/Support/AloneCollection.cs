namespace Wsmq.Tests.Support;

/// <summary>Tests that measure the process: <c>[Collection(AloneCollection.Name)]</c>; they run one after another when all others are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
