package io.lumia.web;

/** The OpenAPI document, for tests in other packages. */
public final class ApiDocument {
    private ApiDocument() {}

    /** As {@code GET /api/v1/openapi.yaml} answers it. */
    public static String yaml() {
        return OpenApiDocument.assemble().text();
    }
}
