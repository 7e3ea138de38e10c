namespace Wsmq.Tests.Support;

/// <summary>
/// For tests that measure a process, or whose load stalls concurrent tests: <c>[Collection(AloneCollection.Name)]</c>. They run one after
/// another, once all other tests have finished.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
