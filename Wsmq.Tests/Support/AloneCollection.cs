namespace Wsmq.Tests.Support;

/// <summary>
/// Tests that measure a process, or send so much that whatever runs beside them stands still:
/// <c>[Collection(AloneCollection.Name)]</c>; they run one after another when all others are done.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
