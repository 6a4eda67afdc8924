"""Catalogues from the sources of an application, read as text: Prisma, Beanie, Spring Data."""
