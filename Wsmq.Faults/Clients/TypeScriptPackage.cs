using Wsmq.Testing;

namespace Wsmq.Faults.Clients;

/// <summary>The build of clients/typescript in the repository that contains this program.</summary>
internal static class TypeScriptPackage
{
    /// <summary>Returns the folder of the compiled modules.</summary>
    /// <exception cref="RunFailedException">It is not built.</exception>
    public static string Dist()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var dist = Path.Combine(folder, "clients", "typescript", "dist");
            if (File.Exists(Path.Combine(dist, "index.js")))
                return dist;
        }

        throw new RunFailedException("The TypeScript client is not built. Run this in clients/typescript: npm ci && npm run build");
    }
}
