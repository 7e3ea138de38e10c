namespace Wsmq.Cli.Types;

/// <summary>The codes of failures of <c>wsmq types</c>; docs/cli.md lists them.</summary>
internal static class ContractFailure
{
    public const string AssemblyNotFound = "assembly-not-found";
    public const string NotAnAssembly = "not-an-assembly";
    public const string DependencyMissing = "dependency-missing";
    public const string NoMessageTypes = "no-message-types";
    public const string UnknownType = "unknown-type";
    public const string NoTypeName = "no-type-name";
    public const string DuplicateName = "duplicate-name";
    public const string UnknownContext = "unknown-context";
    public const string NoMetadata = "no-metadata";
    public const string NotWritable = "not-writable";
    public const string NumberNotExact = "number-not-exact";
    public const string ContractFile = "contract-file";

    /// <summary>What each code means, and what to do.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [AssemblyNotFound] = "The file of --from does not exist.",
        [NotAnAssembly] = "The file of --from is not an assembly of .NET, or needs a newer version of .NET than this tool.",
        [DependencyMissing] = "An assembly that it needs is neither beside it, nor a restored package of its .deps.json, nor in ASP.NET. "
            + "Build or publish its project.",
        [NoMessageTypes] = "No type has the attribute WsmqMessageType: set it, or name the types with --type.",
        [UnknownType] = "The assembly has no type that --type names.",
        [NoTypeName] = "A type has no name on the wire that a receiver could know.",
        [DuplicateName] = "Two types have the same name on the wire.",
        [UnknownContext] = "The assembly has no JsonSerializerContext with the name of --context.",
        [NoMetadata] = "The JsonSerializerContext does not contain a message type.",
        [NotWritable] = "System.Text.Json or wsmq cannot write a type as JSON, or not completely.",
        [NumberNotExact] = "A long, ulong or decimal is not read from a string: a value that JavaScript would round arrives as a string, "
            + "and could not be sent back. Set JsonNumberHandling.AllowReadingFromString, or pass --inexact.",
        [ContractFile] = "The file of --check is not a contract file of this tool.",
    };

    public static CliFailure Of(string code, string detail, Exception? inner = null) => new(ExitCodes.Contract, $"{code}: {detail}", inner);
}
