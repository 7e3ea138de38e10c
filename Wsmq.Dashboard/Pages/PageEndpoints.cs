using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Wsmq.Pages;

/// <summary>Serves the files of a page below a path, with the headers that a page with rights needs.</summary>
internal static class PageEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">The path of the page.</param>
    /// <param name="assembly">Contains the files.</param>
    /// <param name="settings">What the page needs to know: the text that replaces each <c>{{name}}</c> in its HTML.</param>
    public static IEndpointConventionBuilder MapPage(
        this IEndpointRouteBuilder endpoints, string pattern, Assembly assembly, params (string Name, string Value)[] settings)
    {
        var group = endpoints.MapGroup(pattern);
        foreach (var file in PageFile.In(assembly))
        {
            if (file.Name == PageFile.Index)
                group.MapMethods("/", Methods, IndexOf(file with { Content = Filled(file.Content, settings) }));
            else
                group.MapMethods("/" + file.Name, Methods, context => WriteAsync(context, file));
        }

        return group;
    }

    /// <summary>From the page at a pattern to another path of the app: relative, so that it also holds below the prefix of a proxy.</summary>
    public static string RelativePath(string pattern, string path)
    {
        var depth = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        return (depth == 0 ? "./" : string.Concat(Enumerable.Repeat("../", depth))) + path.TrimStart('/');
    }

    // The URLs in a page are relative to its folder: without the slash they would lead elsewhere.
    private static RequestDelegate IndexOf(PageFile index) => context =>
    {
        // A client whose URL lacks the path of the hub: it must learn that there is none here, and not take this for a sign-in page.
        if (context.Request.Headers.Upgrade.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var path = context.Request.PathBase.Add(context.Request.Path).Value ?? string.Empty;
        if (path.EndsWith('/'))
            return WriteAsync(context, index);
        var last = Uri.EscapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = $"./{last}/{context.Request.QueryString}";
        return Task.CompletedTask;
    };

    private static byte[] Filled(byte[] html, (string Name, string Value)[] settings)
    {
        var text = settings.Aggregate(Encoding.UTF8.GetString(html), (page, setting) =>
            page.Replace($"{{{{{setting.Name}}}}}", WebUtility.HtmlEncode(setting.Value), StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(text);
    }

    private static Task WriteAsync(HttpContext context, PageFile file)
    {
        PageHeaders.Set(context.Response.Headers);
        context.Response.Headers.ETag = file.ETag;
        if (context.Request.Headers.IfNoneMatch.Contains(file.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = file.Content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(file.Content, context.RequestAborted).AsTask();
    }
}
