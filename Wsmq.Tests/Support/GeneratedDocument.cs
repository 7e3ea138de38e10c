namespace Wsmq.Tests.Support;

/// <summary>
/// A document that is generated from the code, and must match it. If the environment variable WSMQ_WRITE_DOCS is set to any value, it is
/// written before it is compared.
/// </summary>
internal static class GeneratedDocument
{
    private const string Write = "WSMQ_WRITE_DOCS";

    /// <param name="name">The name of the file in docs.</param>
    /// <param name="expected">What the code generates.</param>
    public static async Task ShouldBeAsync(string name, string expected)
    {
        var path = SourceTree.PathOf("docs", name);
        if (Environment.GetEnvironmentVariable(Write) is not null)
            await File.WriteAllTextAsync(path, expected);

        (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n").Should().Be(expected, $"{Write}=1 writes the document again");
    }
}
